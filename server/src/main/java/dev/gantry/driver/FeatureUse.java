package dev.gantry.driver;

import dev.gantry.v1.AclJobFeature;

/**
 * A place in a job that uses a feature which a policy may deny.
 *
 * @param feature the feature
 * @param field the path of the field, such as {@code task_groups[0].tasks[1].user}
 * @param remedy what is used there and how to avoid it, for people
 */
public record FeatureUse(AclJobFeature feature, String field, String remedy) {}
