/**
 * The program: its main method, and the wiring of server, node and command line. Nothing else may be here.
 */
package dev.gantry.app;
