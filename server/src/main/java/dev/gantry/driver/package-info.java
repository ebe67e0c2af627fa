/**
 * What a node can run tasks with: the contract between the node agent and a task driver.
 *
 * <p>Knows neither servers nor scheduling.
 */
package dev.gantry.driver;
