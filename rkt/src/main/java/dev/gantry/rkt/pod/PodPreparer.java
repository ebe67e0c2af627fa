package dev.gantry.rkt.pod;

import dev.gantry.rkt.RktException;
import dev.gantry.rkt.image.StoredImage;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Consumer;

/** Makes pods that can be run. */
public final class PodPreparer {

    private final PodStore pods;
    private final InstantSource clock;
    private final Consumer<String> warnings;

    /**
     * Makes a preparer.
     *
     * @param pods where pods are kept
     * @param clock tells the time
     * @param warnings takes warnings for the user
     */
    public PodPreparer(PodStore pods, InstantSource clock, Consumer<String> warnings) {
        this.pods = pods;
        this.clock = clock;
        this.warnings = warnings;
    }

    /**
     * Creates a pod, except for the last step. If the plan is refused, nothing is made. If writing the pod fails, the
     * unfinished pod is left to {@code gc}, as in rkt.
     *
     * @param request the request
     * @param images the images of its apps, in the order of the apps; the caller holds the lock that keeps them
     * @param uuid the UUID that the pod shall have; another one is chosen if this is no UUID, or a pod has it
     * @return the pod
     * @throws RktException if a setting can't be applied
     * @throws IOException if a file can't be read or written
     */
    public PreparedPod prepare(PodRequest request, List<StoredImage> images, String uuid)
            throws IOException, RktException {
        PodPlan plan = PodPlan.of(request, images, warnings);
        Path preparing = pods.create(uuid);
        new PodWriter(preparing, warnings).write(plan, clock.instant(), request);
        for (StoredImage image : images) {
            image.touch(clock.instant());
        }
        return new PreparedPod(preparing);
    }

    /** A pod that is complete except for the last step. */
    public final class PreparedPod {

        private final Path preparing;

        private PreparedPod(Path preparing) {
            this.preparing = preparing;
        }

        /**
         * Returns the directory of the pod, for further files.
         *
         * @return the pod's directory
         */
        public Path directory() {
            return preparing;
        }

        /**
         * Marks the pod as prepared, so that it can be run.
         *
         * @return its UUID
         * @throws IOException if that fails
         */
        public String finish() throws IOException {
            return pods.finish(preparing).getFileName().toString();
        }
    }
}
