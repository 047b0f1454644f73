# attack: Looks for a way to the supervisor: its channel, the console, the magic key, a reset.
# earns: 1.1 1.2 1.3 1.6 1.7 1.8
# scale: 0.2

import ctypes
import glob
import os

PLACES = ["/dev/kmsg", "/dev/mem", "/dev/port", "/dev/vsock", "/dev/ttyS0", "/dev/console",
          "/dev/watchdog", "/dev/kvm", "/proc/sysrq-trigger", "/sys/kernel/reboot/mode",
          "/sys/power/state", "/sys/kernel/kexec_crash_size", "/proc/sys/kernel/core_pattern",
          "/proc/sys/kernel/panic", "/proc/sys/kernel/modprobe", "/proc/sys/vm/overcommit_memory",
          *glob.glob("/dev/vport*"), *glob.glob("/dev/virtio-ports/*"), *glob.glob("/dev/[sv]d*"),
          *glob.glob("/sys/class/virtio-ports/*/name"), *glob.glob("/sys/bus/pci/devices/*/remove")]
for place in PLACES:
    try:
        os.close(os.open(place, os.O_WRONLY | os.O_NONBLOCK))
        print("LEAK", place, "can be written", flush=True)
    except OSError:
        pass
for major, minor in ((1, 1), (4, 64), (5, 1), (254, 0), (253, 0)):
    try:
        os.mknod("/tmp/device", 0o20666, os.makedev(major, minor))
        os.open("/tmp/device", os.O_WRONLY)
        print("LEAK device", major, minor, flush=True)
    except OSError:
        pass
libc = ctypes.CDLL(None)
if libc.reboot(0) == 0:  # RB_DISABLE_CAD: harmless, and refused as a reset is.
    print("LEAK reboot", flush=True)
if libc.iopl(3) == 0 or libc.ioperm(0x64, 1, 1) == 0:
    print("LEAK ports", flush=True)
if libc.syscall(175, b"", 0, b"") == 0 or libc.syscall(246, 0, 0, 0, 0) == 0:
    print("LEAK modules or kexec", flush=True)
