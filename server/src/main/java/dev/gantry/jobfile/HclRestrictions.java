package dev.gantry.jobfile;

import dev.gantry.jobfile.hcl.Excerpt;
import dev.gantry.jobfile.hcl.Faults;
import dev.gantry.jobfile.hcl.HclItem;
import dev.gantry.jobfile.hcl.HclValue;
import dev.gantry.jobfile.hcl.HclValue.Sequence;
import dev.gantry.jobfile.hcl.TextFaultException;
import dev.gantry.restriction.RestrictionChecks;
import dev.gantry.v1.ArtifactSourceRestriction;
import dev.gantry.v1.HostVolumeRestriction;
import dev.gantry.v1.IdRange;
import dev.gantry.v1.IdRestriction;
import dev.gantry.v1.ImageSourceRestriction;
import dev.gantry.v1.NodeRestrictions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads what the owner of a node lets tasks ask of the machine. A key that is left out restricts nothing. */
final class HclRestrictions {

    private static final Keys FILE = new Keys(
            "restrictions",
            List.of(
                    "host_volumes",
                    "host_network",
                    "root",
                    "users",
                    "groups",
                    "raw_capabilities",
                    "allow_caps",
                    "insecure_images",
                    "image_sources",
                    "artifact_sources"),
            List.of());

    private static final Keys HOST_VOLUMES = new Keys("host_volumes", List.of("allow", "read_only"), List.of());

    private static final Pattern RANGE = Pattern.compile("([0-9]{1,10})(?:-([0-9]{1,10}))?");

    private final NodeRestrictions.Builder restrictions = NodeRestrictions.newBuilder();
    private final List<String> faults = new ArrayList<>();

    /**
     * The content of a file.
     *
     * @param restrictions what it says, without what is at fault
     * @param faults all faults, each with its place; empty if there are none
     */
    record Reading(NodeRestrictions restrictions, List<String> faults) {}

    private HclRestrictions() {}

    static Reading read(HclValue.Body file) {
        HclRestrictions reader = new HclRestrictions();
        Map<String, HclItem> seen = new LinkedHashMap<>();
        for (HclItem item : file.items()) {
            reader.check(() -> {
                FILE.check(item);
                HclItem first = seen.putIfAbsent(item.name().text(), item);
                if (first != null) {
                    throw new TextFaultException(
                            item.position(),
                            "a second %s; the first is on line %d: take one out"
                                    .formatted(
                                            item.name().text(), first.position().line()));
                }
                reader.readItem(item);
            });
        }
        RestrictionChecks.check(reader.restrictions.build(), "")
                .forEach(fault -> reader.faults.add(" %s: %s".formatted(fault.getField(), fault.getDescription())));
        return new Reading(reader.restrictions.build(), List.copyOf(reader.faults));
    }

    private void readItem(HclItem item) {
        String key = item.name().text();
        if (key.equals(HOST_VOLUMES.kind())) {
            Faults ofBlock = new Faults();
            readHostVolumes(Block.unnamed(item, HOST_VOLUMES, ofBlock));
            ofBlock.inOrder().forEach(this::add);
            return;
        }
        if (!item.labels().isEmpty()) {
            throw new TextFaultException(item.position(), "%s is no block: write %1$s = …".formatted(key));
        }
        HclValue value = item.value();
        switch (key) {
            case "host_network" -> restrictions.setDenyHostNetwork(!Values.bool(key, value));
            case "root" -> restrictions.setDenyRoot(!Values.bool(key, value));
            case "raw_capabilities" -> restrictions.setDenyRawCapabilities(!Values.bool(key, value));
            case "allow_caps" ->
                Values.texts(key, value)
                        .forEach(name -> restrictions.addAllowCaps(name.startsWith("CAP_") ? name : "CAP_" + name));
            case "insecure_images" -> restrictions.setDenyInsecureImages(!Values.bool(key, value));
            case "users" -> restrictions.setUsers(ids(key, value));
            case "groups" -> restrictions.setGroups(ids(key, value));
            case "image_sources" ->
                restrictions.setImageSources(ImageSourceRestriction.newBuilder().addAllAllow(Values.texts(key, value)));
            case "artifact_sources" ->
                restrictions.setArtifactSources(
                        ArtifactSourceRestriction.newBuilder().addAllAllow(Values.texts(key, value)));
            default -> throw new IllegalStateException("No reader for " + key);
        }
    }

    private void readHostVolumes(Block block) {
        HostVolumeRestriction.Builder volumes = HostVolumeRestriction.newBuilder();
        // Set first: a list at fault must not lift the restriction.
        restrictions.setHostVolumes(volumes);
        volumes.addAllAllow(block.texts("allow")).addAllReadOnly(block.texts("read_only"));
        restrictions.setHostVolumes(volumes);
    }

    private IdRestriction ids(String key, HclValue value) {
        IdRestriction.Builder ids = IdRestriction.newBuilder();
        List<String> texts = Values.texts(key, value);
        for (int i = 0; i < texts.size(); i++) {
            Matcher range = RANGE.matcher(texts.get(i));
            if (!range.matches()) {
                throw new TextFaultException(
                        ((Sequence) value).elements().get(i).position(),
                        "%s in %s is no number and no range: write FIRST-LAST, such as \"1000-1999\""
                                .formatted(Excerpt.quoted(texts.get(i)), key));
            }
            long first = Long.parseLong(range.group(1));
            ids.addAllow(IdRange.newBuilder()
                    .setFirst(first)
                    .setLast(range.group(2) == null ? first : Long.parseLong(range.group(2))));
        }
        return ids.build();
    }

    private void check(Runnable step) {
        try {
            step.run();
        } catch (TextFaultException e) {
            add(e);
        }
    }

    private void add(TextFaultException fault) {
        faults.add("%s: %s".formatted(fault.position(), fault.getMessage()));
    }
}
