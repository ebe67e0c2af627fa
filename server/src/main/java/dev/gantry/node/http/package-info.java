/**
 * Makes the HTTP clients of a node, which share properties of the whole process. Sends nothing itself.
 */
package dev.gantry.node.http;
