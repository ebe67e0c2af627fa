/**
 * Access to files in two hostile settings. Files and directories that tasks may change at any time are opened and
 * deleted without ever following a link. Small files that hold state or secrets are written so that a crash does not
 * damage them, and a file is locked for one process at a time. The failures of all this are put into words.
 *
 * <p>Nothing here knows tasks, drivers, the content of a file or the layout of directories.
 */
package dev.gantry.files;
