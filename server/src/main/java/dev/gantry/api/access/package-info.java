/**
 * Decides which calls a caller may make. Not here: what a token or a policy is, which is the package {@code access}, and
 * where tokens and policies are kept, which is the package {@code cluster.access}.
 */
package dev.gantry.api.access;
