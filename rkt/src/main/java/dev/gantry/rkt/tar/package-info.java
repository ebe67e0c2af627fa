/** Extended attributes of files, in archives and on disks. */
package dev.gantry.rkt.tar;
