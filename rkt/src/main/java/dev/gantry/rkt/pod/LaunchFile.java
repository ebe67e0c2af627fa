package dev.gantry.rkt.pod;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.gantry.rkt.RktException;
import dev.gantry.rkt.appc.Environment;
import dev.gantry.rkt.appc.Mount;
import dev.gantry.rkt.appc.Volume;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The file {@code app/NAME/launch} of a pod: the settings of an app for the stage1 scripts and enter.sh, as assignments
 * of a POSIX shell. Lists are words quoted for {@code eval}, and then quoted once more as a value.
 */
final class LaunchFile {

    private static final String DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    private static final Pattern EXPORTABLE = Pattern.compile("[A-Z][A-Z0-9_]*");

    private static final Pattern SPECIAL = Pattern.compile(
            "PATH|HOME|SHELL|USER|LOGNAME|TERM|TZ|TMPDIR|IFS|ENV|PS[0-9]|PWD|OLDPWD|CDPATH|SHLVL|PPID|E?UID|GROUPS|LINENO|RANDOM"
                    + "|SRANDOM|SECONDS|EPOCH.*|OPT(IND|ARG|ERR)|REPLY|TMOUT|TIMEFORMAT|COLUMNS|LINES|MAIL.*|HIST.*|HOST.*|MACHTYPE|OSTYPE"
                    + "|SHELLOPTS|BASH.*|POSIX.*|PIPESTATUS|DIRSTACK|FUNC.*|GLOBIGNORE|FIGNORE|EXECIGNORE|COMP.*|COPROC.*|MAPFILE"
                    + "|READLINE_.*|PROMPT.*|CHILD_MAX|LANG|LANGUAGE|LC_.*|RKT_.*");

    private final PodPlan pod;
    private final AppPlan app;
    private final UserLookup users;

    /**
     * Makes a writer.
     *
     * @param pod the pod
     * @param app one of its apps
     */
    LaunchFile(PodPlan pod, AppPlan app) {
        this.pod = pod;
        this.app = app;
        this.users = new UserLookup(app.image().rootfs());
    }

    /**
     * Writes the file.
     *
     * @param flavor the flavor that runs the pod
     * @param hidden the names of variables that must not stand on a command line. Those that a shell can export, and that
     *     do not change what it does, are exported
     * @return the text of the file
     * @throws RktException if the app's user or group is not in its image, or a value can't be handed to a program
     * @throws IOException if the image can't be read
     */
    String text(Flavor flavor, Set<String> hidden) throws IOException, RktException {
        List<String> arguments = arguments();
        List<String> groups = supplementaryGroups();
        Map<String, String> loaderVariables = new LinkedHashMap<>();
        Map<String, String> exported = new LinkedHashMap<>();
        Map<String, String> variables = new LinkedHashMap<>();
        environment(app).forEach((name, value) -> {
            if (isForLoader(name)) {
                loaderVariables.put(name, value);
            } else if (hidden.contains(name) && isExportable(name)) {
                exported.put(name, value);
            } else {
                variables.put(name, value);
            }
        });

        StringBuilder file = new StringBuilder("# Written by rkt prepare, read by stage1-*.sh and enter.sh.\n");
        assign(file, "app_user", Long.toString(user()));
        assign(file, "app_group", Long.toString(group()));
        assign(file, "app_groups_option", groups.isEmpty() ? "--clear-groups" : "--groups=" + String.join(",", groups));
        assign(file, "app_work", workingDirectory());
        assign(file, "app_read_only", Boolean.toString(app.readOnlyRootfs()));
        assign(file, "app_oom_score_adj", oomScoreAdjustment());
        assign(file, "app_program", arguments.get(0));
        assign(file, "app_arguments", ShellWords.quote(arguments));
        for (String handler : EventHandlers.NAMES) {
            assign(file, "app_" + handler.replace('-', '_'), ShellWords.quote(EventHandlers.arguments(app, handler)));
        }
        assign(file, "app_ignored", IgnoredSettings.text(app, flavor, AppArmor.OF_THIS_MACHINE));
        assign(file, "app_environment", words(variables));
        assign(file, "app_exported", exportedWords(exported));
        assign(file, "app_exported_names", String.join(" ", exported.keySet()));
        assign(file, "app_loader_environment", words(loaderVariables));
        file.append("mount_app_volumes() {\n  :\n");
        for (Mount mount : inOrder(app.mounts())) {
            file.append("  mount_volume ").append(words(mount)).append('\n');
        }
        return file.append("}\n").toString();
    }

    /** Returns the number of the app's user. */
    long user() throws IOException, RktException {
        return users.user(app.app().get("user").getAsString());
    }

    /** Returns the number of the app's group. */
    long group() throws IOException, RktException {
        return users.group(app.app().get("group").getAsString());
    }

    /** Returns the numbers of the app's further groups. */
    List<String> supplementaryGroups() {
        return strings(app.app(), "supplementaryGIDs");
    }

    /** Returns the program and its arguments. */
    List<String> arguments() {
        return strings(app.app(), "exec");
    }

    /**
     * Returns the variables of an app: those that the specification demands (appc spec/ace.md, "Execution Environment")
     * and those that rkt gives every app, regardless of its user (common/environment.go), then the app's own.
     */
    static Map<String, String> environment(AppPlan app) {
        Map<String, String> variables = new LinkedHashMap<>();
        variables.put("PATH", DEFAULT_PATH);
        variables.put("SHELL", "/bin/sh");
        variables.put("USER", "root");
        variables.put("LOGNAME", "root");
        variables.put("HOME", "/root");
        variables.put("AC_APP_NAME", app.name());
        variables.put("container", "rkt");
        variables.putAll(Environment.of(app.app()));
        return variables;
    }

    /**
     * Decides whether the host's C library reads a variable. Such a variable would affect the host's programs that
     * start the app.
     */
    private static boolean isForLoader(String name) {
        return name.startsWith("LD_")
                || name.startsWith("MALLOC_")
                || List.of("GLIBC_TUNABLES", "GCONV_PATH", "LOCPATH", "NLSPATH").contains(name);
    }

    /**
     * Returns true for a variable that the scripts can export: its name is an identifier, which none of them uses, since
     * theirs are in lower case, and means nothing to a shell or to the programs of the host that start the app.
     */
    private static boolean isExportable(String name) {
        return EXPORTABLE.matcher(name).matches() && !SPECIAL.matcher(name).matches();
    }

    /** Returns the absolute path of the working directory. */
    String workingDirectory() throws RktException {
        JsonObject json = app.app();
        if (!json.has("workingDirectory")
                || json.get("workingDirectory").getAsString().isEmpty()) {
            return "/";
        }
        String path = json.get("workingDirectory").getAsString();
        if (!path.startsWith("/")) {
            throw new RktException("working directory \"%s\" is no absolute path".formatted(path));
        }
        return path;
    }

    private String oomScoreAdjustment() throws RktException {
        return new Isolators(app.app())
                .number(Isolators.OOM_SCORE)
                .map(adjustment -> Integer.toString(adjustment))
                .orElse("");
    }

    /** Sorts parents before children: a mount at a parent would hide an earlier mount at its child. */
    static List<Mount> inOrder(List<Mount> mounts) {
        return mounts.stream()
                .sorted(Comparator.comparing(mount -> mount.path().replaceAll("/+", "/")))
                .toList();
    }

    private String words(Mount mount) throws RktException {
        Volume volume = pod.volumes().get(mount.volume());
        // The directory of a pod moves, so only the shell knows its path.
        String source = volume.source().isPresent()
                ? ShellWords.quote(volume.source().get())
                : "\"$pod\"/volumes/" + volume.name();
        return "%s %s %b %b"
                .formatted(
                        source,
                        ShellWords.quote(mount.path()),
                        pod.isReadOnly(app, mount),
                        volume.recursive().orElse(false));
    }

    /** Returns {@code NAME='VALUE'} for each variable: a shell assigns only to names that are not quoted. */
    private static String exportedWords(Map<String, String> variables) throws RktException {
        List<String> words = new ArrayList<>();
        for (Map.Entry<String, String> variable : variables.entrySet()) {
            words.add(variable.getKey() + "=" + ShellWords.quote(variable.getValue()));
        }
        return String.join(" ", words);
    }

    private static String words(Map<String, String> variables) throws RktException {
        List<String> words = new ArrayList<>();
        for (Map.Entry<String, String> variable : variables.entrySet()) {
            words.add(variable.getKey() + "=" + variable.getValue());
        }
        return ShellWords.quote(words);
    }

    private static List<String> strings(JsonObject json, String member) {
        List<String> strings = new ArrayList<>();
        if (json.get(member) instanceof JsonArray array) {
            for (JsonElement element : array) {
                strings.add(element.getAsString());
            }
        }
        return strings;
    }

    private static void assign(StringBuilder file, String name, String value) throws RktException {
        file.append(name).append('=').append(ShellWords.quote(value)).append('\n');
    }
}
