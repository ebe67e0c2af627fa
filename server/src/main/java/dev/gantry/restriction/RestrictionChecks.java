package dev.gantry.restriction;

import dev.gantry.model.FieldPath;
import dev.gantry.v1.HostVolumeRestriction;
import dev.gantry.v1.IdRange;
import dev.gantry.v1.IdRestriction;
import dev.gantry.v1.ImageSourceRestriction;
import dev.gantry.v1.JobViolation;
import dev.gantry.v1.NodeRestrictions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Validates restrictions, on the node when it starts and on the server when the node registers. */
public final class RestrictionChecks {

    /** The most entries of a list. */
    public static final int MOST_ENTRIES = 256;

    /** The longest path or source, in characters. */
    public static final int LONGEST_ENTRY = 1024;

    private static final Pattern CAPABILITY = Pattern.compile("CAP_[A-Z_]{1,32}");

    private final List<JobViolation> faults = new ArrayList<>();

    private RestrictionChecks() {}

    /**
     * Validates restrictions.
     *
     * @param restrictions as a file or a node says them
     * @param path the path of their field; may be empty
     * @return all faults; empty if there are none
     */
    public static List<JobViolation> check(NodeRestrictions restrictions, String path) {
        RestrictionChecks checks = new RestrictionChecks();
        if (restrictions.hasHostVolumes()) {
            checks.checkPaths(restrictions.getHostVolumes(), FieldPath.field(path, "host_volumes"));
        }
        if (restrictions.hasUsers()) {
            checks.checkIds(restrictions.getUsers(), FieldPath.field(path, "users"));
        }
        if (restrictions.hasGroups()) {
            checks.checkIds(restrictions.getGroups(), FieldPath.field(path, "groups"));
        }
        if (restrictions.hasImageSources()) {
            checks.checkSources(restrictions.getImageSources(), FieldPath.field(path, "image_sources"));
        }
        if (restrictions.hasArtifactSources()) {
            checks.checkEach(
                    restrictions.getArtifactSources().getAllowList(),
                    FieldPath.field(path, "artifact_sources") + ".allow",
                    RestrictionChecks::artifactFault);
        }
        checks.checkCapabilities(restrictions, FieldPath.field(path, "allow_caps"));
        return List.copyOf(checks.faults);
    }

    private void checkPaths(HostVolumeRestriction volumes, String path) {
        boolean allowed = checkEach(volumes.getAllowList(), path + ".allow", RestrictionChecks::pathFault);
        boolean readOnly = checkEach(volumes.getReadOnlyList(), path + ".read_only", RestrictionChecks::pathFault);
        if (allowed && readOnly) {
            checkOverlap(volumes, path);
        }
    }

    /** A writable path within a read-only one would never be writable. */
    private void checkOverlap(HostVolumeRestriction volumes, String path) {
        for (int i = 0; i < volumes.getAllowCount(); i++) {
            List<String> allowed = PartsPattern.ofPath(volumes.getAllow(i));
            for (String readOnly : volumes.getReadOnlyList()) {
                if (new PartsPattern(PartsPattern.ofPath(readOnly)).covers(allowed)) {
                    add(
                            FieldPath.element(path + ".allow", i),
                            "\"%s\" is within \"%s\" of read_only, and so never writable: take one out"
                                    .formatted(volumes.getAllow(i), readOnly));
                }
            }
        }
    }

    private void checkIds(IdRestriction ids, String path) {
        if (checkCount(ids.getAllowCount(), path) && ids.getAllowCount() == 0) {
            add(path, "allows none, and so no task: name one, or leave it out");
        }
        for (int i = 0; i < Math.min(ids.getAllowCount(), MOST_ENTRIES); i++) {
            IdRange range = ids.getAllow(i);
            if (range.getFirst() < 0 || range.getLast() > TaskIds.HIGHEST || range.getFirst() > range.getLast()) {
                add(
                        FieldPath.element(path + ".allow", i),
                        "%d to %d is no range within 0 and %d: write FIRST-LAST, such as 1000-1999"
                                .formatted(range.getFirst(), range.getLast(), TaskIds.HIGHEST));
            }
        }
    }

    private void checkSources(ImageSourceRestriction sources, String path) {
        if (sources.getAllowCount() == 0) {
            add(path, "allows none, and so no task: name one, or leave it out");
        }
        checkEach(sources.getAllowList(), path + ".allow", RestrictionChecks::sourceFault);
    }

    private void checkCapabilities(NodeRestrictions restrictions, String path) {
        boolean hasEffect = restrictions.getDenyRawCapabilities()
                || restrictions.getDenyRoot()
                || restrictions.hasUsers()
                || restrictions.hasGroups();
        if (restrictions.getAllowCapsCount() > 0 && !hasEffect) {
            add(
                    path,
                    "has no effect where all capabilities are allowed: set raw_capabilities = false, or leave it out");
        }
        checkEach(
                restrictions.getAllowCapsList(),
                path,
                name -> CAPABILITY.matcher(name).matches()
                        ? Optional.empty()
                        : Optional.of("\"%s\" is no capability: write a name such as CAP_NET_ADMIN".formatted(name)));
    }

    /** Returns true if there is no fault. */
    private boolean checkEach(List<String> entries, String path, Rule rule) {
        if (!checkCount(entries.size(), path)) {
            return false;
        }
        int before = faults.size();
        for (int i = 0; i < entries.size(); i++) {
            String field = FieldPath.element(path, i);
            String entry = entries.get(i);
            commonFault(entry).or(() -> rule.fault(entry)).ifPresent(fault -> add(field, fault));
        }
        return faults.size() == before;
    }

    private boolean checkCount(int count, String path) {
        if (count > MOST_ENTRIES) {
            add(path, "has %d entries; the limit is %d".formatted(count, MOST_ENTRIES));
        }
        return count <= MOST_ENTRIES;
    }

    @FunctionalInterface
    private interface Rule {

        Optional<String> fault(String entry);
    }

    private static Optional<String> commonFault(String entry) {
        if (entry.isEmpty()) {
            return Optional.of("is empty");
        }
        if (entry.length() > LONGEST_ENTRY) {
            return Optional.of("is %d characters long; the limit is %d".formatted(entry.length(), LONGEST_ENTRY));
        }
        if (entry.chars().anyMatch(Character::isISOControl)) {
            return Optional.of("has a control character in it");
        }
        if (entry.contains("**")) {
            return Optional.of("\"%s\" has **: write one *; what is below is covered anyway".formatted(entry));
        }
        return entry.chars().anyMatch(one -> "?[]{}".indexOf(one) >= 0)
                ? Optional.of("\"%s\" has one of ?[]{}: only * stands for other characters".formatted(entry))
                : Optional.empty();
    }

    private static Optional<String> pathFault(String path) {
        if (!path.startsWith("/")) {
            return Optional.of("\"%s\" is no absolute path: begin it with /".formatted(path));
        }
        boolean isPlain =
                List.of(path.split("/", -1)).stream().noneMatch(part -> part.equals(".") || part.equals(".."));
        return isPlain
                ? Optional.empty()
                : Optional.of("\"%s\" has . or .. in it: write the path without them".formatted(path));
    }

    private static Optional<String> sourceFault(String source) {
        if (source.startsWith("/")) {
            return pathFault(source);
        }
        return ImageSource.ofPattern(source).isPresent()
                ? Optional.empty()
                : Optional.of(("\"%s\" is no source: write docker://REGISTRY/PATH, https://HOST/PATH, http://HOST/PATH,"
                                + " DOMAIN/PATH for images by name, an absolute path, or sha512-HASH")
                        .formatted(source));
    }

    private static Optional<String> artifactFault(String source) {
        return ArtifactSources.isEntry(source)
                ? Optional.empty()
                : Optional.of(
                        ("\"%s\" is no source: write https://HOST/PATH, http://HOST/PATH or file:///PATH, with git::"
                                        + " before it for git alone")
                                .formatted(source));
    }

    private void add(String field, String description) {
        faults.add(JobViolation.newBuilder()
                .setField(field)
                .setDescription(description)
                .build());
    }
}
