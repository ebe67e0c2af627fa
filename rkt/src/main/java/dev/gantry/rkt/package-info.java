/** The bundled rkt-compatible runtime: the part of it that runs in a short-lived JVM; the launcher in bin/ and libexec/ does the rest. */
package dev.gantry.rkt;
