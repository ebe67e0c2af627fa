/** How this runtime speaks HTTP: which certificates it believes, how long it waits, and how it finds where a name leads. */
package dev.gantry.rkt.http;
