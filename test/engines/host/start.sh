#!/bin/sh
# Runs in the container: an SSH server on port 2222, and the engine in /mnt/engine with dockerd's words, on its
# socket and, with TLS, on port 2376.
set -eu

# A privileged container has these writable; one on a machine without every capability can't be privileged.
mount -o remount,rw,bind /sys
for folder in /sys/fs/cgroup /sys/fs/cgroup/*; do
  if mountpoint -q "$folder"; then mount -o remount,rw,bind "$folder"; fi
done

mkdir -p /run/sshd /root/.ssh
cp /mnt/keys/login.pub /root/.ssh/authorized_keys
cp /mnt/keys/host /etc/ssh/ssh_host_ed25519_key
chmod 600 /root/.ssh/authorized_keys /etc/ssh/ssh_host_ed25519_key
/usr/sbin/sshd -p 2222

# Certificates for the engine's TCP port: one authority, and one certificate for both ends.
mkdir -p /mnt/keys/tls
cd /mnt/keys/tls
curve='-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes'
openssl req -x509 $curve -keyout ca.key -out ca.pem -subj /CN=test 2>/dev/null
openssl req $curve -keyout key.pem -out request.pem -subj /CN=engine 2>/dev/null
echo "subjectAltName=IP:$(hostname -i)" >names
openssl x509 -req -in request.pem -CA ca.pem -CAkey ca.key -CAcreateserial -extfile names -out cert.pem 2>/dev/null

PATH=/mnt/engine:$PATH
cd /
exec dockerd --host unix:///var/run/docker.sock --host tcp://0.0.0.0:2376 --tlsverify \
  --tlscacert /mnt/keys/tls/ca.pem --tlscert /mnt/keys/tls/cert.pem --tlskey /mnt/keys/tls/key.pem "$@"
