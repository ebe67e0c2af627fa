/**
 * The program: its main method, and the wiring of server, node and command line. Logic of its own may not be here.
 */
package dev.gantry.app;
