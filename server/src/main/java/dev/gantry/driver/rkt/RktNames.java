package dev.gantry.driver.rkt;

import java.util.Locale;
import java.util.regex.Pattern;

/** Names of volumes and ports. rkt accepts only appc's AC Names: lower-case letters, digits, single dashes. */
final class RktNames {

    private static final Pattern AC_NAME = Pattern.compile("[a-z0-9]+(-[a-z0-9]+)*");
    private static final Pattern NOT_ALLOWED = Pattern.compile("[^a-z0-9]+");

    private RktNames() {}

    /**
     * Decides whether rkt accepts a name unchanged.
     *
     * @param name the name
     * @return true if it is an AC Name, see the appc specification, "AC Name Type"
     */
    static boolean isValid(String name) {
        return AC_NAME.matcher(name).matches();
    }

    /**
     * Names a volume of a task. Nomad turns underscores into dashes; this method does so with every character that rkt
     * refuses.
     *
     * @param allocation id of the allocation
     * @param task name of the task
     * @param what an AC Name that is unique among the volumes of the task
     * @return an AC Name
     */
    static String volume(String allocation, String task, String what) {
        return dashed(allocation + "-" + task + "-" + what);
    }

    /** Returns the beginning of the names of all volumes of an allocation. */
    static String volumePrefix(String allocation) {
        return dashed(allocation + "-");
    }

    private static String dashed(String name) {
        String dashed = NOT_ALLOWED.matcher(name.toLowerCase(Locale.ROOT)).replaceAll("-");
        return dashed.startsWith("-") ? dashed.substring(1) : dashed;
    }
}
