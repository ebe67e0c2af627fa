/**
 * The catalog of services that run: addresses and health, for those who watch or ask.
 *
 * <p>{@code ServiceCatalog} follows the feed of changes; it decides nothing.
 */
package dev.gantry.cluster.service;
