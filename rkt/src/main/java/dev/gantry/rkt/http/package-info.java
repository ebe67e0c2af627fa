/** How this runtime speaks HTTP: which certificates it believes, how long it waits. */
package dev.gantry.rkt.http;
