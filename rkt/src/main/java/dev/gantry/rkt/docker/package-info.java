/** Docker and OCI images: fetched from registries, and made into App Container Images as rkt's docker2aci does. */
package dev.gantry.rkt.docker;
