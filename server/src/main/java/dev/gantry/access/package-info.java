/**
 * The rules of access: who calls, and what a caller may do with which job, node or cluster. All of it is computed from
 * messages and the time that a caller passes in; I/O, gRPC, SQL, clocks and threads may not be here.
 */
package dev.gantry.access;
