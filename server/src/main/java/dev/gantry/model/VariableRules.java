package dev.gantry.model;

import dev.gantry.v1.JobViolation;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** Rules about the paths and the items of variables. No message of this class has a value of an item in it. */
public final class VariableRules {

    /** The most characters of a path: a job's id has up to 128, and {@code jobs/} stands before it. */
    public static final int LONGEST_PATH = 256;

    /** The most bytes of all keys and values of a variable together, as in Nomad. */
    public static final int LARGEST = 65_536;

    /** The most items of a variable. */
    public static final int MOST_ITEMS = 1_000;

    private static final Pattern PATH = Pattern.compile("[A-Za-z0-9._~-]+(/[A-Za-z0-9._~-]+)*");
    private static final String NOMADS_JOBS = "nomad/jobs";
    private static final Pattern KEY = Pattern.compile("[A-Za-z0-9_-]{1,128}");

    private VariableRules() {}

    /**
     * Checks a path.
     *
     * @param path the path
     * @return what is wrong with it; empty if nothing is
     */
    public static Optional<String> faultOfPath(String path) {
        if (path.isEmpty()) {
            return Optional.of("is missing");
        }
        if (path.length() > LONGEST_PATH) {
            return Optional.of("is %d characters long; the limit is %d".formatted(path.length(), LONGEST_PATH));
        }
        return PATH.matcher(path).matches()
                ? Optional.empty()
                : Optional.of("\"%s\" is no path: use A-Z a-z 0-9 . _ ~ - and single / between them, such as jobs/web"
                        .formatted(path));
    }

    /**
     * Checks that no job would look in vain for a variable that is stored at a path: templates take Nomad's {@code
     * nomad/jobs} for {@code jobs}.
     *
     * @param path a path
     * @return what is wrong with it; empty if nothing is
     */
    public static Optional<String> faultOfNewPath(String path) {
        return path.equals(NOMADS_JOBS) || path.startsWith(NOMADS_JOBS + "/")
                ? Optional.of("\"%s\" is a path of Nomad: write %s, where jobs find it"
                        .formatted(path, path.substring("nomad/".length())))
                : Optional.empty();
    }

    /**
     * Checks a key of an item.
     *
     * @param key the key
     * @return true if variables may have it
     */
    public static boolean isKey(String key) {
        return KEY.matcher(key).matches();
    }

    /**
     * Checks the items of a variable.
     *
     * @param items values by key
     * @param field the name of their field
     * @return what is wrong with them; nothing if they may be stored
     */
    public static List<JobViolation> faultsOfItems(Map<String, String> items, String field) {
        List<JobViolation> faults = new ArrayList<>();
        if (items.isEmpty()) {
            faults.add(fault(field, "is empty: a variable has at least one item"));
        }
        if (items.size() > MOST_ITEMS) {
            faults.add(fault(field, "has %d entries; the limit is %d".formatted(items.size(), MOST_ITEMS)));
            return faults;
        }
        long bytes = 0;
        for (Map.Entry<String, String> item : items.entrySet()) {
            bytes += size(item.getKey()) + size(item.getValue());
            if (!isKey(item.getKey())) {
                faults.add(fault(field, "\"%s\" is no key: use 1 to 128 of A-Z a-z 0-9 _ -".formatted(item.getKey())));
            } else if (item.getValue().indexOf('\0') >= 0) {
                faults.add(fault(FieldPath.entry(field, item.getKey()), "has a zero byte in it"));
            }
        }
        if (bytes > LARGEST) {
            faults.add(fault(field, "has %d bytes of keys and values; the limit is %d".formatted(bytes, LARGEST)));
        }
        return faults;
    }

    private static int size(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    private static JobViolation fault(String field, String description) {
        return JobViolation.newBuilder()
                .setField(field)
                .setDescription(description)
                .build();
    }
}
