package dev.gantry.rkt.cli;

import dev.gantry.rkt.RktException;
import dev.gantry.rkt.cli.FlagSyntax.Kind;
import dev.gantry.rkt.cli.Flags.Flag;
import dev.gantry.rkt.fetch.ImageProvider;
import dev.gantry.rkt.image.StoredImage;
import dev.gantry.rkt.pod.AppRequest;
import dev.gantry.rkt.pod.DecisionTemplate;
import dev.gantry.rkt.pod.Flavor;
import dev.gantry.rkt.pod.KeptDecisions;
import dev.gantry.rkt.pod.PodPreparer;
import dev.gantry.rkt.pod.PodRequest;
import dev.gantry.rkt.pod.PodStore;
import dev.gantry.rkt.pod.ShellWords;
import dev.gantry.rkt.request.ImageReference;
import dev.gantry.rkt.request.PullPolicy;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** {@code rkt prepare}, and the first half of {@code rkt run}. */
final class PrepareCommand {

    static final FlagSyntax POD_SYNTAX = GlobalOptions.SYNTAX
            .with(Kind.BOOL, "inherit-env", "no-overlay", "no-store", "private-users", "quiet", "store-only")
            .with(
                    Kind.VALUE,
                    "mount",
                    "pod-manifest",
                    "port",
                    "pull-policy",
                    "set-env",
                    "set-env-file",
                    "stage1-from-dir",
                    "stage1-hash",
                    "stage1-name",
                    "stage1-path",
                    "stage1-url",
                    "volume");

    /** The flags of {@code run} for the network names that apps see, and for their IPC namespace. */
    private static final FlagSyntax SURROUNDINGS = FlagSyntax.none()
            .with(Kind.VALUE, "dns", "dns-domain", "dns-opt", "dns-search", "hostname", "hosts-entry", "ipc");

    static final FlagSyntax RUN_SYNTAX = POD_SYNTAX
            .with(SURROUNDINGS)
            .with(Kind.BOOL, "interactive", "mds-register")
            .with(Kind.OPTIONAL, "net")
            .with(Kind.VALUE, "uuid-file-save");

    /** The flags of {@code run} that its second half reads, in runtime-flags.sh and flags.sh. */
    private static final Set<String> FOR_THE_LAUNCHER = SURROUNDINGS
            .with(Kind.BOOL, "debug", "interactive", "mds-register")
            .with(Kind.OPTIONAL, "net")
            .with(Kind.VALUE, "dir", "local-config", "system-config", "user-config")
            .names();

    /** The variable that names the UUID of the pod to make. */
    private static final String POD_UUID = "RKT_POD_UUID";

    private static final String SAID_THAT_CRUN_IS_MISSING = "crun-missing";

    private PrepareCommand() {}

    /** {@code rkt prepare}: prints the pod's UUID. */
    static void prepare(Session.Factory sessions, List<String> words) throws UsageException, RktException, IOException {
        PodArguments arguments = PodArguments.read(POD_SYNTAX, words);
        Session session = sessions.open("prepare", arguments.pod());
        session.out()
                .println(prepare(
                        session,
                        arguments,
                        "error finding images: ",
                        List.of(),
                        DecisionWords.asked(session.environment(), words)));
    }

    /** {@code rkt run}: prints the pod's UUID and the data directory, for run.sh. */
    static void prepareToRun(Session.Factory sessions, List<String> words)
            throws UsageException, RktException, IOException {
        PodArguments arguments = PodArguments.read(RUN_SYNTAX, words);
        Session session = sessions.open("run", arguments.pod());
        refuseContradictions(arguments.pod());
        List<String> runFlags = new ArrayList<>();
        for (Flag flag : arguments.pod().all()) {
            if (FOR_THE_LAUNCHER.contains(flag.name())) {
                runFlags.add("--" + flag.name() + "=" + flag.value());
            }
        }
        String uuid = prepare(session, arguments, "", runFlags, Optional.empty());
        session.out().println(uuid + " " + session.options().dataDirectory());
    }

    @SuppressWarnings("try") // the lock is held, not used
    private static String prepare(
            Session session,
            PodArguments arguments,
            String notFound,
            List<String> runFlags,
            Optional<DecisionWords> asked)
            throws UsageException, RktException, IOException {
        Flavor best = Flavor.bestOf(System.getenv().getOrDefault("PATH", ""));
        PodRequest request = request(session, arguments, best);
        Optional<DecisionTemplate> template = Optional.empty();
        if (asked.isPresent()) {
            PodArguments general = PodArguments.read(POD_SYNTAX, asked.get().words());
            template = Optional.of(
                    new DecisionTemplate(asked.get().key(), asked.get().values(), request(session, general, best)));
        }
        PullPolicy policy = FetchCommand.policy(arguments.pod(), PullPolicy.NEW);
        if (request.apps().isEmpty()) {
            throw new RktException("must provide at least one image or specify the pod manifest");
        }
        Privileges.requireRoot();
        try (Closeable ignored = session.images().lock(true)) {
            List<StoredImage> images = PodRequests.isOfManifest(arguments)
                    ? storedImages(session.provider(PullPolicy.NEVER), request)
                    : images(session.provider(policy), arguments.apps(), notFound);
            if (best == Flavor.FLY) {
                sayOnceThatPodsAreNotIsolated(session);
            }
            if (request.flavor() == Flavor.FLY) {
                warnOfWhatIsNotEnforced(session, arguments.apps());
            }
            return prepare(session, request, images, arguments.pod().last("uuid-file-save"), runFlags, template);
        }
    }

    private static PodRequest request(Session session, PodArguments given, Flavor best)
            throws UsageException, RktException {
        PodArguments arguments = new PodArguments(
                StageOneFlags.withConfigured(given.pod(), session.options().settings()), given.apps());
        return PodRequests.of(
                arguments, session.environment(), best, session.options().confinement());
    }

    private static List<StoredImage> images(ImageProvider provider, List<PodArguments.App> apps, String notFound)
            throws RktException {
        List<StoredImage> images = new ArrayList<>();
        for (PodArguments.App app : apps) {
            try {
                images.add(provider.provide(ImageReference.parse(app.image()), FetchCommand.signature(app)));
            } catch (RktException e) {
                throw new RktException(notFound + e.getMessage(), e);
            } catch (IOException e) {
                throw new RktException(notFound + Main.describe(e), e);
            }
        }
        return images;
    }

    /** Provides the images of a pod manifest, which names them by id. */
    private static List<StoredImage> storedImages(ImageProvider provider, PodRequest request)
            throws RktException, IOException {
        List<StoredImage> images = new ArrayList<>();
        for (AppRequest app : request.apps()) {
            images.add(provider.provide(ImageReference.parse(app.image()), Optional.empty()));
        }
        return images;
    }

    private static String prepare(
            Session session,
            PodRequest request,
            List<StoredImage> images,
            Optional<String> uuidFile,
            List<String> runFlags,
            Optional<DecisionTemplate> template)
            throws IOException, RktException {
        List<String> warnings = new ArrayList<>();
        try {
            PodPreparer preparer =
                    new PodPreparer(new PodStore(session.options().dataDirectory()), session.clock(), warning -> {
                        warnings.add(warning);
                        session.say(warning);
                    });
            PodPreparer.PreparedPod pod =
                    preparer.prepare(request, images, session.environment().getOrDefault(POD_UUID, ""));
            Files.writeString(pod.directory().resolve("run-flags"), "set -- " + ShellWords.quote(runFlags) + "\n");
            if (uuidFile.isPresent()) {
                Files.writeString(Path.of(uuidFile.get()), pod.directory().getFileName() + "\n");
            }
            if (template.isPresent()) {
                new KeptDecisions(session.options().dataDirectory())
                        .keep(template.get(), pod.directory(), images, warnings);
            }
            return pod.finish();
        } catch (RktException e) {
            throw new RktException("error setting up stage0: " + e.getMessage(), e);
        }
    }

    private static void refuseContradictions(Flags flags) throws UsageException, RktException {
        for (String net : List.of("none", "host")) {
            if (!flags.values("port").isEmpty() && flags.values("net").contains(net)) {
                throw new RktException("--port flag does not work with '%s' networking".formatted(net));
            }
        }
        String ipc = flags.last("ipc").orElse("auto");
        if (!List.of("auto", "private", "parent").contains(ipc)) {
            throw UsageException.invalidValue(new Flag("ipc", ipc), "expected auto, private or parent");
        }
    }

    /** Warns that crun is missing, once for each data directory. */
    private static void sayOnceThatPodsAreNotIsolated(Session session) throws IOException {
        try {
            Files.createFile(session.options().dataDirectory().resolve(SAID_THAT_CRUN_IS_MISSING));
        } catch (FileAlreadyExistsException e) {
            return;
        }
        session.say("crun is not installed: pods are run by the fly flavor, without isolation and without limits of"
                + " memory and CPU; this is said once");
    }

    private static void warnOfWhatIsNotEnforced(Session session, List<PodArguments.App> apps) {
        for (String name : List.of("memory", "cpu", "cpu-shares")) {
            if (apps.stream().anyMatch(app -> app.flags().last(name).isPresent())) {
                session.debug("warning: the fly flavor does not enforce --%s".formatted(name));
            }
        }
    }
}
