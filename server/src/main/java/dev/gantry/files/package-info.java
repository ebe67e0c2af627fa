/** Files and directories that tasks may change at any time: opened and deleted without ever following a link. */
package dev.gantry.files;
