/** What the App Container specification names and checks: names, manifests, volumes, quantities. */
package dev.gantry.rkt.appc;
