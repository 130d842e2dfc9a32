# VM exits of one operation, by reason (emulated machine)
# Makes exits.svg and exits.png: run it in this folder.
set encoding utf8
do for [kind in "svg png"] {
reset
set datafile separator "\t"
set datafile columnheaders
set datafile missing "-"
if (kind eq "svg") {
  set terminal svg size 680,1714 dynamic enhanced font "DejaVu Sans,14" background "#ffffff"
} else {
  set terminal pngcairo size 1360,3428 enhanced font "DejaVu Sans,14" fontscale 1.5 linewidth 2 pointscale 2 background "#ffffff"
}
set output "exits.".kind
set border 3 lc rgb "#808080"
set tics nomirror out scale 0.5 tc rgb "#000000"
set grid back lc rgb "#d8d8d8" lw 1 dt 1
set style fill border -1
set label "{/:Bold VM exits of one operation, by reason}" at screen 0.012, screen 0.9895 left
set label "{/*0.86 emulated machine · upper bar EPT, lower bar shadow paging (unsync)}" at screen 0.012, screen 0.9767 left
set label "EPT_VIOLATION" at screen 0.024, screen 0.9638 left noenhanced font ",12" point pt 5 ps 1 lw 1.6 lc rgb "#2f9e8f" offset 0.9,-0.25
set label "page fault (EXCEPTION_NMI)" at screen 0.214, screen 0.9638 left noenhanced font ",12" point pt 5 ps 1 lw 1.6 lc rgb "#8c2d5a" offset 0.9,-0.25
set label "CR_ACCESS" at screen 0.543, screen 0.9638 left noenhanced font ",12" point pt 5 ps 1 lw 1.6 lc rgb "#d8c25a" offset 0.9,-0.25
set label "INVLPG" at screen 0.024, screen 0.9522 left noenhanced font ",12" point pt 5 ps 1 lw 1.6 lc rgb "#6a4fa3" offset 0.9,-0.25
set label "VMCALL" at screen 0.138, screen 0.9522 left noenhanced font ",12" point pt 5 ps 1 lw 1.6 lc rgb "#b8b8b8" offset 0.9,-0.25
set label "IO_INSTRUCTION" at screen 0.253, screen 0.9522 left noenhanced font ",12" point pt 5 ps 1 lw 1.6 lc rgb "#707070" offset 0.9,-0.25
set yrange [-45.20:0]
set lmargin at screen 0.345
set tmargin at screen 0.9393
set bmargin at screen 0.0432
set border 1
unset key
set grid noytics xtics
unset ytics
set ytics scale 0 noenhanced tc rgb "#000000" ("dense-sequential: first-touch" -1.90, "hot-set: first-touch" -2.90, "sparse-stride: first-touch" -3.90, "random: first-touch" -4.90, "pointer-chase: build" -5.90, "reach: first-touch" -6.90, "mprotect: warm-up" -9.05, "pte-edit: warm-up" -10.05, "switch: first-round" -11.05, "kpti: first-calls" -12.05, "dense-sequential: warm" -14.20, "hot-set: hot" -15.20, "sparse-stride: warm" -16.20, "random: update" -17.20, "pointer-chase: chase" -18.20, "reach: access" -19.20, "demand-paging: again" -20.20, "accessed-scan: scan" -21.20, "mixed: work" -22.20, "demand-paging: demand" -24.35, "churn" -25.35, "mprotect: flip" -26.35, "pte-edit: edit" -27.35, "switch" -28.35, "kpti: call" -29.35, "fork" -30.35, "fork: child-write" -31.35, "fork: parent-write" -32.35, "fork: exit" -33.35, "accessed-scan: clear" -34.35, "accessed-scan: touch" -35.35, "mixed: start" -36.35, "mixed: protect" -37.35, "mixed: copy" -38.35, "mixed: scan" -39.35, "mixed: unmap" -40.35, "hypercall: warm" -42.50, "port-io: out" -43.50, "port-io: in" -44.50)
set label "{/:Bold Cold: tables being filled}" at screen 0.012, first -0.90 left front
set label "{/:Bold Not cold for both: set-up had filled one}" at screen 0.012, first -8.05 left front
set label "{/:Bold Warm: nothing changes}" at screen 0.012, first -13.20 left front
set label "{/:Bold Change: page-table work}" at screen 0.012, first -23.35 left front
set label "{/:Bold Price of an exit}" at screen 0.012, first -41.50 left front
set rmargin at screen 0.97
set xrange [0:14.95]
set xlabel "VM exits per operation"
set style fill solid 1.0 noborder
plot "exits.tsv" using (column("EPT_VIOLATION from")):(column("y")):(column("EPT_VIOLATION from")):(column("EPT_VIOLATION to")):(column("y")-0.17):(column("y")+0.17) with boxxyerror fc rgb "#2f9e8f" notitle, \
  "exits.tsv" using (column("EXCEPTION_NMI from")):(column("y")):(column("EXCEPTION_NMI from")):(column("EXCEPTION_NMI to")):(column("y")-0.17):(column("y")+0.17) with boxxyerror fc rgb "#8c2d5a" notitle, \
  "exits.tsv" using (column("CR_ACCESS from")):(column("y")):(column("CR_ACCESS from")):(column("CR_ACCESS to")):(column("y")-0.17):(column("y")+0.17) with boxxyerror fc rgb "#d8c25a" notitle, \
  "exits.tsv" using (column("INVLPG from")):(column("y")):(column("INVLPG from")):(column("INVLPG to")):(column("y")-0.17):(column("y")+0.17) with boxxyerror fc rgb "#6a4fa3" notitle, \
  "exits.tsv" using (column("VMCALL from")):(column("y")):(column("VMCALL from")):(column("VMCALL to")):(column("y")-0.17):(column("y")+0.17) with boxxyerror fc rgb "#b8b8b8" notitle, \
  "exits.tsv" using (column("IO_INSTRUCTION from")):(column("y")):(column("IO_INSTRUCTION from")):(column("IO_INSTRUCTION to")):(column("y")-0.17):(column("y")+0.17) with boxxyerror fc rgb "#707070" notitle, \
  "exits.tsv" using (column("exits")):(column("y")):(stringcolumn("text")) with labels left offset 0.5,0 font ",10" notitle
unset output
}
