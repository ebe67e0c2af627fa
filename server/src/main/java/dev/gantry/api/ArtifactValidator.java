package dev.gantry.api;

import dev.gantry.model.ArtifactDestination;
import dev.gantry.model.ArtifactSource;
import dev.gantry.model.FieldPath;
import dev.gantry.v1.Artifact;
import dev.gantry.v1.ArtifactMode;
import dev.gantry.v1.Task;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Validates the artifacts of a task, as far as they are known before the task is on a node: what has a <code>${…}</code> in
 * it is left to the node.
 */
final class ArtifactValidator {

    private static final int MOST = 64;
    private static final int MOST_ENTRIES = 64;
    private static final Pattern HEADER = Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`|~-]{1,256}");

    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,10}");

    /** Headers that HTTP itself needs, or by which an answer would not be the whole file. */
    private static final Set<String> OF_HTTP = Set.of(
            "connection", "content-length", "expect", "host", "upgrade", "range", "if-range", "transfer-encoding");

    private final Violations violations;

    private ArtifactValidator(Violations violations) {
        this.violations = violations;
    }

    static void check(Task task, String path, Violations violations) {
        ArtifactValidator validator = new ArtifactValidator(violations);
        if (task.getArtifactsCount() > MOST) {
            violations.add(path, "has %d artifacts; the limit is %d".formatted(task.getArtifactsCount(), MOST));
            return;
        }
        for (int i = 0; i < task.getArtifactsCount(); i++) {
            validator.check(task, task.getArtifacts(i), FieldPath.element(path, i));
        }
    }

    private void check(Task task, Artifact artifact, String path) {
        if (artifact.getSource().isBlank()) {
            violations.add(path + ".source", "is missing: write the URL of a file, an archive or a git repository");
        } else {
            checkSource(artifact, path);
        }
        checkDestination(artifact.getDestination(), path + ".destination");
        if (artifact.getMode() == ArtifactMode.UNRECOGNIZED) {
            violations.add(path + ".mode", "%d is no mode: use any, file or dir".formatted(artifact.getModeValue()));
        }
        checkHeaders(artifact.getHeadersMap(), path + ".headers");
        if (artifact.getChown()
                && !task.getUser().contains("${")
                && !NUMBER.matcher(task.getUser()).matches()) {
            violations.add(
                    path + ".chown",
                    "needs a user by number, since only the image knows the number of \"%s\": set the task's user to one"
                            .formatted(task.getUser()));
        }
    }

    private void checkSource(Artifact artifact, String path) {
        if (artifact.getOptionsCount() > MOST_ENTRIES) {
            violations.add(
                    path + ".options",
                    "has %d options; the limit is %d".formatted(artifact.getOptionsCount(), MOST_ENTRIES));
            return;
        }
        if (ArtifactSource.isGit(artifact.getSource()) && artifact.getSource().contains("${var.")) {
            violations.add(
                    path + ".source",
                    "\"%s\" has a variable in it, which all users of the node's machine could see among the arguments of git: use it in headers"
                            .formatted(artifact.getSource()));
        }
        if (artifact.getSource().contains("${")) {
            return;
        }
        Map<String, String> known = new TreeMap<>(artifact.getOptionsMap());
        known.values().removeIf(value -> value.contains("${"));
        try {
            ArtifactSource.parse(artifact.getSource(), known);
        } catch (ArtifactSource.InvalidException e) {
            String field = e.option()
                    .map(option -> FieldPath.entry(path + ".options", option))
                    .orElse(path + ".source");
            String value = e.option().map(known::get).orElse(artifact.getSource());
            violations.add(field, value == null ? e.getMessage() : "\"%s\" %s".formatted(value, e.getMessage()));
        }
    }

    private void checkDestination(String destination, String field) {
        if (!destination.contains("${")
                && ArtifactDestination.names(destination).isEmpty()) {
            violations.add(
                    field,
                    "\"%s\" is not within the task's directory: name a place below local/ or secrets/"
                            .formatted(destination));
        }
    }

    private void checkHeaders(Map<String, String> headers, String field) {
        if (headers.size() > MOST_ENTRIES) {
            violations.add(field, "has %d headers; the limit is %d".formatted(headers.size(), MOST_ENTRIES));
            return;
        }
        Set<String> seen = new HashSet<>();
        new TreeMap<>(headers).forEach((name, value) -> {
            String lower = name.toLowerCase(Locale.ROOT);
            if (!HEADER.matcher(name).matches()) {
                violations.add(field, "\"%s\" is no name of a header".formatted(name));
            } else if (OF_HTTP.contains(lower)) {
                violations.add(field, "\"%s\" can't be set: the node sets it, or leaves it out".formatted(name));
            } else if (!seen.add(lower)) {
                violations.add(field, "\"%s\" is there twice, with other capitals: take one out".formatted(name));
            } else if (value.chars().anyMatch(c -> c < ' ' || c == 0x7f)) {
                violations.add(FieldPath.entry(field, name), "has a control character in it");
            }
        });
    }
}
