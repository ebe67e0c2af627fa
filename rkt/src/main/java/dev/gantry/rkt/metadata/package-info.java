/**
 * The metadata service of the App Container specification (spec/ace.md, "App Container Metadata Service").
 *
 * <p>It reads the directories of pods and nothing else; it starts and stops no pod.
 */
package dev.gantry.rkt.metadata;
