package dev.gantry.driver.rkt;

import dev.gantry.driver.DriverFingerprint;
import dev.gantry.v1.DriverHealth;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Detects the rkt of this machine and whether it can run tasks. */
final class RktFingerprinter {

    /**
     * The oldest usable version: it has prepare and run-prepared with all flags. The rkt driver of Nomad 0.4 requires
     * it too.
     */
    private static final String MINIMUM = "1.0.0";

    private final RktFinder finder;
    private final boolean volumesEnabled;
    private final BooleanSupplier root;
    private final Supplier<Optional<String>> missingTool;

    /**
     * Creates the fingerprinter; it examines nothing yet.
     *
     * @param finder finds rkt
     * @param volumesEnabled whether tasks may mount paths of the machine
     * @param root whether the node runs as root
     * @param missingTool the first command that supervisors need and the machine lacks; empty if it has all of them
     */
    RktFingerprinter(
            RktFinder finder, boolean volumesEnabled, BooleanSupplier root, Supplier<Optional<String>> missingTool) {
        this.finder = finder;
        this.volumesEnabled = volumesEnabled;
        this.root = root;
        this.missingTool = missingTool;
    }

    DriverFingerprint fingerprint() {
        if (!root.getAsBoolean()) {
            return notOffered("rkt needs root: run the node as root");
        }
        Optional<String> missing = missingTool.get();
        if (missing.isPresent()) {
            return notOffered(
                    "There is no %s on $PATH: install util-linux and coreutils, or busybox".formatted(missing.get()));
        }
        try {
            RktCli rkt = finder.current();
            return offered(rkt, rkt.version());
        } catch (RktException e) {
            return notOffered(e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return notOffered("Interrupted while asking rkt for its version");
        }
    }

    private DriverFingerprint offered(RktCli rkt, RktVersion version) {
        String called = "rkt " + version.rkt() + " at " + rkt.commands().rkt();
        if (!version.isAtLeast(MINIMUM)) {
            return notOffered(called + " is too old: install " + MINIMUM + " or later");
        }
        Map<String, String> attributes = new HashMap<>();
        attributes.put("driver.rkt", "1");
        attributes.put("driver.rkt.version", version.rkt());
        attributes.put("driver.rkt.appc.version", version.appc());
        if (volumesEnabled) {
            attributes.put("driver.rkt.volumes.enabled", "1");
        }
        return new DriverFingerprint(attributes, health(true, called));
    }

    private static DriverFingerprint notOffered(String why) {
        return new DriverFingerprint(Map.of(), health(false, why));
    }

    private static DriverHealth health(boolean healthy, String description) {
        return DriverHealth.newBuilder()
                .setHealthy(healthy)
                .setDescription(description)
                .build();
    }
}
