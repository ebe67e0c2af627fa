/** Gets images from elsewhere into the store: by URL, by discovery of their names, and from docker registries. */
package dev.gantry.rkt.fetch;
