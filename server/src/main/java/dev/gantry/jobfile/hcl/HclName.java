package dev.gantry.jobfile.hcl;

/**
 * The name of a setting or block, or a block's label.
 *
 * @param text the name, without quotes
 * @param position where it begins
 */
public record HclName(String text, Position position) {}
