package dev.gantry.restriction;

import dev.gantry.v1.HostVolumeRestriction;
import java.util.List;
import java.util.Optional;

/** The paths of a machine that tasks may mount. */
final class HostPaths {

    private final List<PartsPattern> allowed;
    private final List<PartsPattern> readOnly;
    private final String words;

    HostPaths(HostVolumeRestriction restriction) {
        this.allowed = patterns(restriction.getAllowList());
        this.readOnly = patterns(restriction.getReadOnlyList());
        this.words = words(restriction);
    }

    /** Decides whether any path at all may be mounted. */
    boolean allowsAny() {
        return !allowed.isEmpty() || !readOnly.isEmpty();
    }

    /** Returns why a volume is not allowed, as the rest of a sentence about the node; empty if it is allowed. */
    Optional<String> refusal(MachineUse.HostVolume volume) {
        List<String> path = PartsPattern.ofPath(volume.path());
        boolean isReadOnly = readOnly.stream().anyMatch(pattern -> pattern.covers(path));
        if (!isReadOnly && allowed.stream().noneMatch(pattern -> pattern.covers(path))) {
            return Optional.of("does not allow the host path \"%s\" (%s)".formatted(volume.path(), words));
        }
        if (volume.readOnly()) {
            return Optional.empty();
        }
        if (isReadOnly || readOnly.stream().anyMatch(pattern -> pattern.reachesBelow(path))) {
            return Optional.of("allows the host path \"%s\" only read-only: mount it with :readOnly (%s)"
                    .formatted(volume.path(), words));
        }
        return Optional.empty();
    }

    private static List<PartsPattern> patterns(List<String> paths) {
        return paths.stream().map(PartsPattern::ofPath).map(PartsPattern::new).toList();
    }

    private static String words(HostVolumeRestriction restriction) {
        if (restriction.getReadOnlyCount() == 0) {
            return "allowed: " + RestrictionWords.shortened(restriction.getAllowList());
        }
        String readOnly = "read-only: " + RestrictionWords.shortened(restriction.getReadOnlyList());
        return restriction.getAllowCount() == 0
                ? readOnly
                : "allowed: %s; %s".formatted(RestrictionWords.shortened(restriction.getAllowList()), readOnly);
    }
}
