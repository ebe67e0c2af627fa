package dev.gantry.driver.rkt;

import dev.gantry.restriction.MachineUse;
import dev.gantry.v1.Task;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Finds what a task asks of the machine that the owner of the machine may not allow. On the server, a value with a
 * <code>${…}</code> is left out: the node decides about it.
 */
final class RktMachineUse {

    private final RktTaskConfig config;
    private final Interpolation interpolation;

    private RktMachineUse(RktTaskConfig config, Interpolation interpolation) {
        this.config = config;
        this.interpolation = interpolation;
    }

    /** Finds it for a task as its job writes it. */
    static MachineUse ofJob(Task task) {
        return of(
                task.getUser(),
                RktConfigReader.read(task.getConfig(), Interpolation.PENDING).config(),
                Interpolation.PENDING);
    }

    /** Finds it for a task all of whose values are known. */
    static MachineUse of(String user, RktTaskConfig config) {
        return of(user, config, Interpolation.DONE);
    }

    private static MachineUse of(String user, RktTaskConfig config, Interpolation interpolation) {
        RktMachineUse use = new RktMachineUse(config, interpolation);
        return new MachineUse(
                use.hostVolumes(),
                use.decided(config.net()).stream().anyMatch(RktOptionWords::isHostNetwork),
                use.decided(user),
                use.decided(config.group()),
                use.isAnyOption(RktOptionWords::mayLiftConfinement),
                use.isAnyOption(RktOptionWords::mayLeaveOutImageChecks) || RktOptionWords.isPlainHttp(config.image()),
                use.decided(config.image()),
                List.of());
    }

    private List<MachineUse.HostVolume> hostVolumes() {
        return decided(config.volumes()).stream()
                // Faulty ones are refused elsewhere.
                .filter(volume -> RktVolume.fault(volume).isEmpty())
                .map(RktVolume::parse)
                .filter(volume -> volume.source().startsWith("/"))
                .map(volume -> new MachineUse.HostVolume(volume.source(), volume.readOnly()))
                .toList();
    }

    /** Decides by the options; without any, and without a trusted publisher, rkt gets all of them. */
    private boolean isAnyOption(Predicate<String> harmful) {
        return config.insecureOptions().isEmpty()
                ? config.trustPrefix().isEmpty()
                : decided(config.insecureOptions()).stream().anyMatch(harmful);
    }

    private List<String> decided(List<String> values) {
        return values.stream().filter(value -> !interpolation.mayChange(value)).toList();
    }

    private Optional<String> decided(String value) {
        return Optional.of(value).filter(any -> !interpolation.mayChange(any));
    }
}
