/**
 * Extended attributes of files, in archives and on disks, and the order of the entries of an App Container Image.
 *
 * <p>Nothing here knows manifests or the image store.
 */
package dev.gantry.rkt.tar;
