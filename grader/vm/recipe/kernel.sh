#!/bin/sh
# mmdebstrap runs this beside the new root file system: kernel.sh ROOT VERSION
#
# Puts the newest kernel of VERSION with its headers into ROOT, and into ROOT/boot what starts it.
# The packages are unpacked, not installed: they would bring gcc, initramfs-tools and their files.
set -eu
root=$1
version=$2
here=$(dirname "$(readlink -f "$0")")
export APT_CONFIG="$MMDEBSTRAP_APT_CONFIG"

# Field Depends of package $1, in its version that begins with $2: one name a line.
depends() {
    apt-cache show "$1" |
        awk -v wanted="$2" '/^Version:/ { found = index($2, wanted) == 1 }
            found && /^Depends:/ { print; exit }' |
        sed 's/^Depends: //; s/([^)]*)//g' | tr -d ' ' | tr ',' '\n'
}

# The metapackage names the real one, linux-image-6.12.9-cloud-amd64; that one may name further
# parts of the same release.
image=$(depends linux-image-cloud-amd64 "$version." | grep '^linux-image-' || :)
release=${image#linux-image-}
[ -n "$release" ] || {
    echo "E: no package of Linux $version" >&2
    exit 1
}
headers=linux-headers-$release
parts=$({ depends "$image" '' && depends "$headers" ''; } |
    grep -e "^linux-[a-z]*-$release\$" -e '^linux-headers-.*-common$')

packages=$root/packages
mkdir "$packages"
# $parts is a list of words.
# shellcheck disable=SC2086
(cd "$packages" && apt-get -q -o APT::Sandbox::User=root download "$image" "$headers" $parts)
# dpkg fills in the braces.
# shellcheck disable=SC2016
list='${Package} ${Version}\n'
chroot "$root" dpkg-query -W -f "$list" >"$root/boot/packages"
for package in "$packages"/*.deb; do
    # /lib is a link to /usr/lib by now, and stays one.
    dpkg-deb --fsys-tarfile "$package" | tar -x --keep-directory-symlink -C "$root"
    dpkg-deb --show --showformat "$list" "$package" >>"$root/boot/packages"
done
rm -r "$packages"

modules=$root/lib/modules/$release
[ -f "$modules/modules.dep" ] || chroot "$root" /bin/busybox depmod "$release"

# What a module needs comes before it.
with_needed() {
    sed -n "s|^\([^:]*/$1\.ko[^:]*\):\(.*\)|\2 \1|p" "$modules/modules.dep" |
        tr ' ' '\n' | sed '/^$/d'
}
kept=$root/kept
mkdir -p "$kept/modules" "$kept/bin" "$kept/dev" "$kept/proc" "$kept/sys" "$kept/root"
number=10
for name in virtio_pci virtio_blk squashfs lz4_decompress overlay virtio_console; do
    for path in $(with_needed "$name"); do
        file=$(basename "$path" | sed 's/\.ko.*//').ko
        [ -z "$(find "$kept/modules" -name "[0-9]*-$file")" ] || continue
        case $path in
        *.xz) xz -dc "$modules/$path" ;;
        *.zst) zstd -dcq "$modules/$path" ;;
        *) cat "$modules/$path" ;;
        esac >"$kept/modules/$number-$file"
        number=$((number + 1))
    done
done
cp "$root/bin/busybox" "$kept/bin/busybox"
cp "$here/init.sh" "$kept/init"
chmod 755 "$kept/init"
(cd "$kept" && find . | sort | chroot "$kept" /bin/busybox cpio -o -H newc 2>/dev/null) \
    >"$root/boot/initramfs"
rm -r "$kept"
# Debian 14 and later have it beside the modules.
mv "$(ls "$root/boot/vmlinuz-$release" "$modules/vmlinuz" 2>/dev/null)" "$root/boot/vmlinuz"
printf '%s\n' "$release" >"$root/boot/release"

# BCC wants include/ and arch/x86/include/ of the headers; the kernel's modules are not needed.
find "$modules" -mindepth 1 -maxdepth 1 ! -name build ! -name source -exec rm -r {} +
for source in "$root"/usr/src/linux-headers-*; do
    find "$source" -mindepth 1 -maxdepth 1 ! -name include ! -name arch -exec rm -r {} +
    find "$source/arch" -mindepth 1 -maxdepth 1 ! -name x86 -exec rm -r {} +
done

# libclang, of the version that BCC is linked with, is here for this step alone.
mkdir "$packages"
clang=$(basename "$root"/usr/lib/x86_64-linux-gnu/libclang-cpp.so.*)
clang=$(expr "$clang" : 'libclang-cpp\.so\.\([0-9]*\)')
(cd "$packages" && apt-get -q -o APT::Sandbox::User=root download "libclang1-$clang")
dpkg-deb --extract "$packages"/*.deb "$packages"
cp "$here/precompile.py" "$packages"
libclang=$(cd "$root" && find packages -name 'libclang*.so.*' -type f)
chroot "$root" python3 /packages/precompile.py "$release" "/$libclang"
rm -r "$packages"
rm -rf "$root/usr/share/doc" "$root"/boot/System.map-* "$root"/boot/config-*

# What a machine would spend its first seconds on. Its sources come at each start (init.sh), and
# what does not compile now, in a checkout that is being edited, does so there.
opt=$root/opt/labebpf
mkdir -p "$opt"
tar -x -C "$opt" -f "$here/code.tar"
chroot "$root" python3 -m compileall -q --invalidation-mode checked-hash /opt/labebpf/grader || :
find "$opt" -type f ! -name '*.pyc' -delete
