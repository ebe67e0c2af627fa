/**
 * The contract between the node agent and a task driver, and the directories and logs of tasks that both use.
 *
 * <p>A driver's own code belongs in a package below this one. Nothing here knows servers, scheduling or a particular
 * driver.
 */
package dev.gantry.driver;
