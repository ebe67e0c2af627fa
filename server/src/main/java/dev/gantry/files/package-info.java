/**
 * Files and directories that tasks may change at any time: opened and deleted without ever following a link.
 *
 * <p>Nothing here knows tasks, drivers or the layout of their directories.
 */
package dev.gantry.files;
