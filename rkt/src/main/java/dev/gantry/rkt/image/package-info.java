/** The image store, and how images get into it. */
package dev.gantry.rkt.image;
