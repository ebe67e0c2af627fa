package dev.gantry.cluster.scheduling;

import dev.gantry.v1.FieldDiff;
import dev.gantry.v1.Job;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** Lists the fields in which two jobs differ. */
final class JobDiff {

    private JobDiff() {}

    /** Returns the differences in the order of the fields; fields that only the older job has come last. */
    static List<FieldDiff> between(Job before, Job after) {
        Map<String, String> old = FieldPaths.of(before);
        Map<String, String> current = FieldPaths.of(after);
        Set<String> paths = new LinkedHashSet<>(current.keySet());
        paths.addAll(old.keySet());
        return paths.stream()
                .filter(path -> !Objects.equals(old.get(path), current.get(path)))
                .map(path -> diff(path, old.get(path), current.get(path)))
                .toList();
    }

    private static FieldDiff diff(String path, String before, String after) {
        FieldDiff.Builder diff = FieldDiff.newBuilder().setField(path);
        if (before != null) {
            diff.setBefore(before);
        }
        if (after != null) {
            diff.setAfter(after);
        }
        return diff.build();
    }
}
