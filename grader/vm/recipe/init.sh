#!/bin/busybox sh
# The first process of a machine: load what the root file system is on, lay memory over it, go there.
/bin/busybox mount -t devtmpfs none /dev
for module in /modules/*; do
	/bin/busybox insmod "$module" || echo "cannot load $module"
done
/bin/busybox mkdir -p /image /over
/bin/busybox mount -t squashfs -o ro /dev/vda /image
/bin/busybox mount -t tmpfs -o mode=755 none /over
/bin/busybox mkdir /over/upper /over/work
/bin/busybox mount -t overlay -o lowerdir=/image,upperdir=/over/upper,workdir=/over/work none /root
# The grader's own code comes as a tar file on a disk of its own.
/bin/busybox mkdir -p /root/opt/labebpf
/bin/busybox tar -xf /dev/vdb -C /root/opt/labebpf
/bin/busybox mount -t proc none /root/proc
/bin/busybox mount -t sysfs none /root/sys
/bin/busybox mount --move /dev /root/dev
exec /bin/busybox switch_root /root /usr/bin/python3 -I -B /opt/labebpf
