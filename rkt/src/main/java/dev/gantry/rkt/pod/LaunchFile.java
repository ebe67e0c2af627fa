package dev.gantry.rkt.pod;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.gantry.rkt.RktException;
import dev.gantry.rkt.appc.Environment;
import dev.gantry.rkt.appc.ImageManifest;
import dev.gantry.rkt.appc.Mount;
import dev.gantry.rkt.appc.Volume;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The file {@code app/NAME/launch} of a pod: what stage1-fly.sh and enter.sh must know of an app, as assignments of a
 * POSIX shell. Lists are words quoted for {@code eval}, and then quoted once more as a value.
 */
final class LaunchFile {

    private static final String DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    private LaunchFile() {}

    /**
     * Writes the file.
     *
     * @param pod the pod
     * @param app the app
     * @return the text of the file
     * @throws RktException if the app's user or group is not in its image, or a value can't be handed to a program
     * @throws IOException if the image can't be read
     */
    static String of(PodPlan pod, AppPlan app) throws IOException, RktException {
        JsonObject json = app.app();
        UserLookup users = new UserLookup(app.image().rootfs());
        List<String> arguments = strings(json, "exec");
        List<String> groups = strings(json, "supplementaryGIDs");
        Map<String, String> loaderVariables = new LinkedHashMap<>();
        Map<String, String> variables = new LinkedHashMap<>();
        environment(app).forEach((name, value) -> (isForLoader(name) ? loaderVariables : variables).put(name, value));

        StringBuilder file = new StringBuilder("# Written by rkt prepare, read by stage1-fly.sh and enter.sh.\n");
        assign(file, "app_user", Long.toString(users.user(json.get("user").getAsString())));
        assign(file, "app_group", Long.toString(users.group(json.get("group").getAsString())));
        assign(file, "app_groups_option", groups.isEmpty() ? "--clear-groups" : "--groups=" + String.join(",", groups));
        assign(file, "app_work", workingDirectory(json));
        assign(file, "app_read_only", Boolean.toString(app.readOnlyRootfs()));
        assign(file, "app_oom_score_adj", oomScoreAdjustment(json));
        assign(file, "app_program", arguments.get(0));
        assign(file, "app_arguments", ShellWords.quote(arguments));
        assign(file, "app_environment", words(variables));
        assign(file, "app_loader_environment", words(loaderVariables));
        file.append("mount_app_volumes() {\n  :\n");
        for (Mount mount : inOrder(app.mounts())) {
            file.append("  mount_volume ").append(arguments(pod, app, mount)).append('\n');
        }
        return file.append("}\n").toString();
    }

    /** What the specification wants every app to have (appc spec/ace.md, "Execution Environment"), then its own. */
    private static Map<String, String> environment(AppPlan app) {
        Map<String, String> variables = new LinkedHashMap<>();
        variables.put("PATH", DEFAULT_PATH);
        variables.put("AC_APP_NAME", app.name());
        variables.put("container", "rkt");
        variables.putAll(Environment.of(app.app()));
        return variables;
    }

    /** Variables that the C library of the host would obey in the programs of the host that start the app. */
    private static boolean isForLoader(String name) {
        return name.startsWith("LD_")
                || name.startsWith("MALLOC_")
                || List.of("GLIBC_TUNABLES", "GCONV_PATH", "LOCPATH", "NLSPATH").contains(name);
    }

    private static String workingDirectory(JsonObject app) throws RktException {
        if (!app.has("workingDirectory")
                || app.get("workingDirectory").getAsString().isEmpty()) {
            return "/";
        }
        String path = app.get("workingDirectory").getAsString();
        if (!path.startsWith("/")) {
            throw new RktException("working directory \"%s\" is no absolute path".formatted(path));
        }
        return path;
    }

    private static String oomScoreAdjustment(JsonObject app) {
        return ImageManifest.objects(app, "isolators").stream()
                .filter(isolator -> isolator.get("name").getAsString().equals("os/linux/oom-score-adj"))
                .map(isolator -> isolator.get("value").getAsString())
                .findFirst()
                .orElse("");
    }

    /** A path before what is below it, for the mount of the one would hide that of the other. */
    private static List<Mount> inOrder(List<Mount> mounts) {
        return mounts.stream()
                .sorted(Comparator.comparing(mount -> mount.path().replaceAll("/+", "/")))
                .toList();
    }

    private static String arguments(PodPlan pod, AppPlan app, Mount mount) throws RktException {
        Volume volume = pod.volumes().get(mount.volume());
        // Where the pod lies is known to the shell alone: it moves.
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
