/**
 * Reads the files of allocations for people and programs: lists directories, describes files, reads pieces of them.
 *
 * <p>Tasks may change their files at any time, so each name is opened on its own and links are not followed. Writes
 * nothing.
 */
package dev.gantry.node.file;
