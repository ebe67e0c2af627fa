package dev.gantry.node.allocation;

import java.nio.file.Path;

/**
 * An allocation whose disk is limited.
 *
 * @param allocationId the allocation
 * @param directory its directory
 */
public record DiskUse(String allocationId, Path directory) {}
