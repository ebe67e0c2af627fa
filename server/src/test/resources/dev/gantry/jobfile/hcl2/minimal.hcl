# The shortest job that Nomad 1.x runs: datacenters are optional there.
job "hello" {
  type = "batch"

  group "greet" {
    task "say" {
      driver = "rkt"

      config {
        image = "docker://busybox:1.36"
        exec  = "echo"
        args  = ["${upper("hello")}, ${NOMAD_JOB_NAME}"]
      }
    }
  }
}
