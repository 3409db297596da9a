// What a later version added: random samples. Frozen: it depends on no type of the program.
extension Schema {
    static let format7 = """
        -- The random part of the mapping that an audit is about, as it was asked for, and its seed.
        ALTER TABLE job ADD COLUMN sample TEXT;
        ALTER TABLE job ADD COLUMN sampleSeed INTEGER CHECK (sampleSeed >= 0);
        """
}
