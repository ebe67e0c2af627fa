/** Asks services of tasks whether they can be used: schedules the questions, and asks over TCP, HTTP or by a script. */
package dev.gantry.node.check;
