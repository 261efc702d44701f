//! The application server: `gatehouse-appd admin` or `gatehouse-appd crm`.

fn main() {}
