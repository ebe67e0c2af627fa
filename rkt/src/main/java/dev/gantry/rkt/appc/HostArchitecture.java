package dev.gantry.rkt.appc;

/** Names of this machine's architecture. */
public final class HostArchitecture {

    private HostArchitecture() {}

    /**
     * Returns this machine's architecture as the {@code arch} label of an image has it.
     *
     * @return the architecture, in appc's words
     */
    public static String appc() {
        return toAppc(docker());
    }

    /**
     * Returns this machine's architecture as the platform of a docker image has it.
     *
     * @return the architecture, in Go's words
     */
    public static String docker() {
        String name = System.getProperty("os.arch");
        return switch (name) {
            case "x86_64" -> "amd64";
            case "aarch64" -> "arm64";
            case "x86", "i386", "i686" -> "386";
            default -> name;
        };
    }

    /**
     * Translates Go's word for an architecture.
     *
     * @param docker the architecture of a docker image's platform
     * @return the value of the label
     */
    public static String toAppc(String docker) {
        return switch (docker) {
            case "386" -> "i386";
            case "arm64" -> "aarch64";
            case "arm" -> "armv7l";
            default -> docker;
        };
    }
}
