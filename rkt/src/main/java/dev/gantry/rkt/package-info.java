/**
 * The bundled rkt-compatible runtime: the part of it that runs in a short-lived JVM. The launcher in {@code bin/} and
 * {@code libexec/} does the rest.
 *
 * <p>This package has what all others share: the exception for users, JSON, durable and private files, locks between
 * processes and the identity of a process. It uses no other package, and nothing here knows images or pods.
 */
package dev.gantry.rkt;
