/**
 * The App Container specification: names, manifests, volumes, mounts, quantities, and the rules that they must meet.
 *
 * <p>Only values that are parsed and checked belong here: no file, no network, nothing of rkt's own.
 */
package dev.gantry.rkt.appc;
