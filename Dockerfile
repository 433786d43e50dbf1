# Builds the program, and puts it alone into a small image.
FROM rust:1.95-bookworm AS build
WORKDIR /src
COPY . .
RUN cargo build --release --locked --package api

FROM debian:bookworm-slim
# By whose word a bucket's certificate is believed.
RUN apt-get update && apt-get install --yes --no-install-recommends ca-certificates && rm -rf /var/lib/apt/lists/*
RUN useradd --system --home-dir /var/lib/registry --create-home registry \
  && install --directory --owner registry --group registry /var/lib/registry/data
COPY --from=build /src/target/release/registry /usr/local/bin/registry
USER registry
WORKDIR /var/lib/registry
ENV REGISTRY_HOST=0.0.0.0 REGISTRY_PORT=8080 REGISTRY_DATA_DIR=/var/lib/registry/data
EXPOSE 8080
# The embedded database, where no DATABASE_URL is given, and files, where no REGISTRY_MATERIALS_URL is.
VOLUME /var/lib/registry/data
# SIGTERM lets running requests end.
ENTRYPOINT ["registry"]
CMD ["serve"]
