package dev.gantry.rkt.pod;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.gantry.rkt.RktException;
import dev.gantry.rkt.appc.Quantity;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** The limits of an app's control group. The server's driver has a class of this name for limits of processes. */
final class ResourceLimits {

    /** The CPU period in microseconds, as in systemd. */
    private static final long CPU_PERIOD = 100_000;

    /** The least CPU quota in microseconds that the kernel accepts. */
    private static final long MIN_CPU_QUOTA = 1_000;

    private static final long MIN_CPU_SHARES = 2;
    private static final long MAX_CPU_SHARES = 262_144;
    private static final BigDecimal SHARES_OF_A_CPU = BigDecimal.valueOf(1024);

    /** If this file exists, version 1 of control groups counts swap space. */
    private static final Path SWAP_V1 = Path.of("/sys/fs/cgroup/memory/memory.memsw.limit_in_bytes");

    private static final Path MEMORY_V1 = Path.of("/sys/fs/cgroup/memory");

    /** Exists if the kernel supports swap limits. */
    private static final Path SWAPS = Path.of("/proc/swaps");

    private ResourceLimits() {}

    /**
     * Makes the {@code resources} object of a bundle. A memory limit covers memory and swap space together. A CPU
     * amount is both a limit and, when CPU time is scarce, a weight.
     *
     * @param isolators the app's isolators
     * @return the object (OCI runtime-spec config-linux.md, "Control groups")
     * @throws RktException if an isolator can't be understood
     */
    static JsonObject of(Isolators isolators) throws RktException {
        JsonObject resources = new JsonObject();
        resources.add("devices", noDevices());
        Optional<Quantity> memory = isolators.limit(Isolators.MEMORY);
        if (memory.isPresent()) {
            resources.add("memory", memory(memory.get()));
        }
        JsonObject cpu = cpu(isolators.limit(Isolators.CPU), isolators.number(Isolators.CPU_SHARES));
        if (!cpu.isEmpty()) {
            resources.add("cpu", cpu);
        }
        return resources;
    }

    /** Returns rules that allow the app no device. crun adds the usual devices, such as {@code /dev/null}. */
    private static JsonArray noDevices() {
        JsonObject all = new JsonObject();
        all.addProperty("allow", false);
        all.addProperty("access", "rwm");
        JsonArray devices = new JsonArray();
        devices.add(all);
        return devices;
    }

    private static JsonObject memory(Quantity limit) {
        long bytes = limit.amount().setScale(0, RoundingMode.UP).longValue();
        JsonObject memory = new JsonObject();
        memory.addProperty("limit", bytes);
        if (Files.exists(Files.isDirectory(MEMORY_V1) ? SWAP_V1 : SWAPS)) {
            memory.addProperty("swap", bytes);
        }
        return memory;
    }

    private static JsonObject cpu(Optional<Quantity> limit, Optional<Integer> askedShares) {
        JsonObject cpu = new JsonObject();
        limit.ifPresent(amount -> {
            cpu.addProperty("period", CPU_PERIOD);
            cpu.addProperty("quota", Math.max(MIN_CPU_QUOTA, scaled(amount, BigDecimal.valueOf(CPU_PERIOD))));
        });
        askedShares
                .map(Integer::longValue)
                .or(() -> limit.map(amount -> scaled(amount, SHARES_OF_A_CPU)))
                .ifPresent(shares ->
                        cpu.addProperty("shares", Math.max(MIN_CPU_SHARES, Math.min(MAX_CPU_SHARES, shares))));
        return cpu;
    }

    private static long scaled(Quantity amount, BigDecimal factor) {
        return amount.amount().multiply(factor).setScale(0, RoundingMode.UP).longValue();
    }
}
