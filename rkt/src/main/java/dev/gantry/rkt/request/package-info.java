/**
 * The requests of a command line, parsed: references to images, and the options of a fetch.
 *
 * <p>Nothing here opens a store or a connection. Parsing an {@link dev.gantry.rkt.request.ImageReference} looks at the
 * disk only to tell a file from a name, as rkt does.
 */
package dev.gantry.rkt.request;
