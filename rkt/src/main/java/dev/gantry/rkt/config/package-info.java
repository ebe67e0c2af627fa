/**
 * rkt's configuration directories: settings and credentials (rkt Documentation/configuration.md).
 *
 * <p>Files are read and checked here; the package that a setting is for decides what the setting does.
 */
package dev.gantry.rkt.config;
